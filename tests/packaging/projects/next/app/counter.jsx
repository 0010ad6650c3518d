'use client';

import { useMutation, useQuery, useQueryClient } from 'ferroquery/react';

const read = async () => (await fetch('/api/count')).json();

export function Counter() {
  const client = useQueryClient();
  const { data } = useQuery({ queryKey: ['count'], queryFn: read });
  const raise = useMutation({
    mutationFn: async () => fetch('/api/count', { method: 'POST' }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['count'] }),
  });
  return (
    <>
      <p id="from">{data ? data.from : 'pending'}</p>
      <p id="count">{data ? data.count : 'pending'}</p>
      <button type="button" id="add" onClick={() => raise.mutate()}>
        add
      </button>
    </>
  );
}
