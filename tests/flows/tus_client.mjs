// The real tus-js-client against our server: node tus_client.mjs '{"endpoint", "file", …}'.
// Says one JSON object per line: {"url"}, {"sent"} after each chunk, at last {"done"} or {"failed"}.
import { readFileSync } from 'node:fs';
import { Upload } from 'tus-js-client';

const { endpoint, token, file, uploadUrl, chunkSize, metadata, stopAfter, early } = JSON.parse(process.argv[2]);
const say = (said) => process.stdout.write(`${JSON.stringify(said)}\n`);
let requests = 0;

const upload = new Upload(readFileSync(file), {
  endpoint,
  uploadUrl: uploadUrl ?? null,
  metadata: metadata ?? {},
  chunkSize: chunkSize ?? Infinity,
  uploadDataDuringCreation: early ?? false,
  retryDelays: [100, 200, 400, 800, 1600, 3200, 6400],
  headers: { Authorization: `Bearer ${token}` },
  onBeforeRequest: () => void (requests += 1),
  onUploadUrlAvailable: () => say({ url: upload.url }),
  onChunkComplete: (_size, sent) => {
    say({ sent });
    if (stopAfter && sent >= stopAfter) void upload.abort().then(() => process.exit(0));
  },
  onError: (error) => {
    const answer = error.originalResponse;
    say({ failed: true, requests, status: answer?.getStatus() ?? 0, body: answer?.getBody() ?? String(error) });
  },
  onSuccess: ({ lastResponse }) =>
    say({
      done: true,
      requests,
      artwork: lastResponse.getHeader('Artwork-Id'),
      duplicate: lastResponse.getHeader('Artwork-Duplicate') ?? null,
    }),
});
upload.start();
