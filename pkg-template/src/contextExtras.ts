/** What ferroquery's contexts carry beside query-core's. */
export interface ContextExtras {
  skipCache?: boolean | 'no-store' | undefined;
}

/** What a query's options have to say in a context. */
export function extrasOf({ skipCache }: ContextExtras): ContextExtras {
  return skipCache ? { skipCache } : {};
}
