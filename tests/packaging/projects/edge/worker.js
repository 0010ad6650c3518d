import { QueryClient } from 'ferroquery';

export default {
  async fetch() {
    const client = new QueryClient();
    const data = await client.fetchQuery({ queryKey: ['agent'], queryFn: () => navigator.userAgent });
    const seen = client.getQueriesData({ pattern: 'agent' });
    client.clear();
    return Response.json({ data, seen });
  },
};
