/** What the page uses of `TTL`, in ms. */
export const TTL = { LONG: 30 * 60_000, DAY: 24 * 60 * 60_000 };

type Values = Record<string, unknown>;

/** The keys that ferroquery's `defineKeys` makes of the same templates, so that both cores have the same. */
export function defineKeys(templates: Record<string, { key: string; ttl: number }>) {
  return Object.fromEntries(
    Object.entries(templates).map(([name, { key, ttl }]) => {
      const parts = key.split(':');
      const options = (values: Values = {}) => ({
        queryKey: parts.map((part) => (part.startsWith('{') ? values[part.slice(1, -1)] : part)),
        staleTime: ttl,
      });
      return [name, options];
    }),
  );
}
