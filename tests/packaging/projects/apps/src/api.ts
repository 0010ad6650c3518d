/** What the server tells: a number that anybody may raise, and how often it was asked for. */
export interface Count {
  count: number;
  reads: number;
}

export const read = async (origin: string): Promise<Count> => (await fetch(`${origin}/api/count`)).json();

export const add = async (origin: string): Promise<Count> =>
  (await fetch(`${origin}/api/count`, { method: 'POST' })).json();

/** What the server put into the page; `null` in a page that it didn't render. */
export const stateOfPage = (): any => JSON.parse(document.getElementById('state')!.textContent!);

/** Fresh for longer than a test takes. */
export const staleTime = 60_000;
