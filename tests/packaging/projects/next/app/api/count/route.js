let count = 0;

export const GET = () => Response.json({ count, from: 'api' });

export function POST() {
  count += 1;
  return new Response(null, { status: 204 });
}
