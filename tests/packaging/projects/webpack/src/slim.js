import { readFile } from 'node:fs/promises';
import { init, QueryClient } from 'ferroquery/slim';

const engine = new URL('ferroquery/engine.wasm', import.meta.url);
await init(await readFile(engine));
const client = new QueryClient();
client.setQueryData(['post', 1], 'Hello');
console.log(client.getQueryData(['post', 1]));
client.clear();
