import { QueryClient } from 'ferroquery';

export const runtime = 'edge';

/** A client at the edge, where wasm can't be compiled from bytes. */
export async function GET() {
  const client = new QueryClient();
  const data = await client.fetchQuery({ queryKey: ['runtime'], queryFn: () => globalThis.EdgeRuntime });
  client.clear();
  return Response.json(data);
}
