/** How ferroquery takes query-core's place. */
export interface FerroqueryPluginOptions {
  /**
   * - `inline`: the engine is in the script and starts synchronously
   * - `file`: the engine is a file; the application awaits `init(engineUrl)` of `ferroquery/slim` before its first client
   * @defaultValue 'inline'
   */
  engine?: 'inline' | 'file';
}

/**
 * A plugin for Vite (5 and later) and Vitest: what imports `@tanstack/query-core`, such as the official adapters, gets
 * ferroquery.
 * @throws {TypeError} when `engine` is something else
 * @example
 * ```ts
 * // vite.config.ts
 * import ferroquery from 'ferroquery/vite'
 *
 * export default defineConfig({ plugins: [ferroquery(), react()] })
 * ```
 */
export default function ferroquery(options?: FerroqueryPluginOptions): {
  name: string;
  enforce: 'pre';
  config(config: object): object;
};
