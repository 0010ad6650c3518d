import type { CoreName } from './core';

const PARAM = 'core';

export const labels: Record<CoreName, string> = { ferroquery: 'ferroquery', 'query-core': 'React Query' };

/** What the address asks for. */
export function chosenCore(): CoreName {
  return new URLSearchParams(location.search).get(PARAM) === 'query-core' ? 'query-core' : 'ferroquery';
}

/** Opens the same view on the other core: a page has one, from its start. */
export function runOn(name: CoreName): void {
  const params = new URLSearchParams(location.search);
  if (name === 'query-core') params.set(PARAM, name);
  else params.delete(PARAM);
  location.assign(`?${params}`);
}

export const otherThan = (name: CoreName): CoreName => (name === 'ferroquery' ? 'query-core' : 'ferroquery');
