// jsonQuery and staleTime 'http' in the options of the official adapter.

import {
  infiniteQueryOptions,
  queryOptions,
  skipToken,
  useInfiniteQuery,
  useQueries,
  useQuery,
  useSuspenseQuery,
} from '@tanstack/react-query';
import { jsonQuery } from 'ferroquery';
import type { ReactNode } from 'react';
import { same } from './equal.js';

interface Post {
  id: number;
}
interface Page {
  posts: Post[];
  next?: number;
}

const postOptions = (id: number) =>
  queryOptions({ queryKey: ['post', id], queryFn: jsonQuery<Post>(`/api/posts/${id}`), staleTime: 'http' });
const pageOptions = infiniteQueryOptions({
  queryKey: ['pages'],
  queryFn: jsonQuery<Page>(({ pageParam }) => `/api/posts?page=${pageParam}`),
  initialPageParam: 0,
  getNextPageParam: (last) => last.next,
  staleTime: 'http',
});

export function Posts({ id }: { id: number | undefined }): ReactNode {
  const { data } = useQuery(postOptions(1));
  same<Post | undefined, typeof data>();
  const inline = useQuery({
    queryKey: ['post', id] as const,
    queryFn: id === undefined ? skipToken : jsonQuery<Post>(({ queryKey }) => `/api/posts/${queryKey[1]}`),
    select: (post) => post.id,
    staleTime: (query) => (query.state.data ? 'http' : 0),
  });
  same<number | undefined, typeof inline.data>();
  const suspended = useSuspenseQuery(postOptions(2));
  same<Post, typeof suspended.data>();
  const pages = useInfiniteQuery(pageOptions);
  same<Page | undefined, NonNullable<typeof pages.data>['pages'][number] | undefined>();
  const [first] = useQueries({ queries: [postOptions(1), postOptions(2)] });
  same<Post | undefined, typeof first.data>();
  return null;
}
