"""Channels: hints only, over Redis publish/subscribe."""

from webapp.config.env import engine_url

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [engine_url("REDIS_URL")], "prefix": "live"},
    }
}
