// Whether the server answers, as the live connection sees it.
import { onStatus } from '../live/client';

export const server = $state({ away: false });

onStatus((status) => {
  server.away = status === 'offline';
});
