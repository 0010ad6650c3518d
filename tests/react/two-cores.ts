import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vitest/config';

const OURS = '?core=ferroquery';
const core =
  process.env['ORACLE_OURS'] === 'query-core'
    ? fileURLToPath(new URL('../../node_modules/@tanstack/query-core/build/modern/index.js', import.meta.url))
    : fileURLToPath(new URL('../../pkg/dist/index.js', import.meta.url));

/**
 * Lets one test hold two copies of the same adapter: `@tanstack/react-query` as it is, and with
 * `?core=ferroquery` a copy whose `@tanstack/query-core` is our package. React itself stays one.
 */
export function twoCores(): Plugin {
  return {
    name: 'two-cores',
    enforce: 'pre',
    async resolveId(source, importer) {
      const asked = source.endsWith(OURS);
      const inherited = importer?.endsWith(OURS) ?? false;
      if (!asked && !inherited) return undefined;
      if (source === '@tanstack/query-core') {
        if (!existsSync(core)) throw new Error(`${core} is missing; run "npm run build" first`);
        // Its own query keeps it apart from the judge's modules where ORACLE_OURS names the judge.
        return core + OURS;
      }
      if (inherited && !source.startsWith('.')) return undefined;
      const plain = asked ? source.slice(0, -OURS.length) : source;
      const found = await this.resolve(plain, importer?.replace(OURS, ''), { skipSelf: true });
      return found ? found.id.replace(/\?.*$/, '') + OURS : undefined;
    },
  };
}
