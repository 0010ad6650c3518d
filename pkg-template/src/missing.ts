/** Says that a part of React Query isn't here yet. */
export function missing(name: string): never {
  throw new Error(`${name} isn't in this version of ferroquery: use @tanstack/query-core for it.`);
}
