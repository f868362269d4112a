"""Decode untrusted pictures in a throw-away process and make their display files.

`renderer.Renderer` is the door. It keeps one `zygote` process (image libraries imported, no secret,
no network), which forks a `confine`d child for every picture; the child decodes (`pixels`,
`colour`), encodes (`display`) and answers in the form of `framing`. Linux only.
"""
