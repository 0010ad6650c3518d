import { QueryClient } from 'ferroquery';
import { QueryClientProvider, useQuery } from 'ferroquery/react';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';

function Post() {
  const { data } = useQuery({ queryKey: ['post', 1], queryFn: () => 'fetched' });
  return createElement('p', null, data);
}

const client = new QueryClient();
client.setQueryData(['post', 1], 'Hello');
console.log(renderToString(createElement(QueryClientProvider, { client }, createElement(Post))));
client.clear();
