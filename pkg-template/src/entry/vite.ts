/** What of a Vite configuration is read here. Vite itself is no dependency: only its plain objects are used. */
interface Config {
  test?: { server?: { deps?: { inline?: true | unknown[] } } };
}

/** The official packages that import query-core: adapters, persisters, devtools, broadcast. */
const official = /@tanstack\/(?:[a-z]+-)?query(?:-[a-z-]+)?(?:\/|$)/;

/**
 * Puts ferroquery where an application's packages import `@tanstack/query-core`, in the dev server, in builds, in server
 * rendering and in Vitest.
 *
 * @param options `engine: 'file'` leaves the engine out of the script: `await init(url)` of `ferroquery/slim` brings it
 */
export default function ferroquery({ engine = 'inline' }: { engine?: 'inline' | 'file' } = {}) {
  if (engine !== 'inline' && engine !== 'file') {
    throw new TypeError(
      `ferroquery/vite: engine is ${JSON.stringify(engine)}: leave it out, or say 'inline' or 'file'.`,
    );
  }
  const core = engine === 'file' ? 'ferroquery/slim' : 'ferroquery';
  const names = engine === 'file' ? /^(?:@tanstack\/query-core|ferroquery)$/ : /^@tanstack\/query-core$/;
  return {
    name: 'ferroquery',
    enforce: 'pre' as const,
    config(config: Config) {
      return {
        resolve: {
          alias: [{ find: names, replacement: core }],
          // From the application's folder: an adapter's own folder need not see ferroquery (pnpm), or sees another copy.
          dedupe: ['ferroquery'],
        },
        // From the start: found only later, it would make the page reload.
        optimizeDeps: { include: [core] },
        // Node itself would follow the original imports.
        ssr: { noExternal: [official] },
        ...forVitest(config),
      };
    },
  };
}

/** Vitest leaves packages to Node as well, unless they are named in an option of its own. */
function forVitest({ test }: Config) {
  if (test?.server?.deps?.inline === true) {
    return {};
  }
  return { test: { server: { deps: { inline: [official] } } } };
}
