import type { Store, StoredRecord } from '../../types/extras';
import { newEpoch } from './epoch';

/** A store that lasts as long as the page: for tests, and where nothing else is allowed. Clients may share one. */
export function memoryStore(): Store {
  const scopes = new Map<string, { epoch: string; records: Map<string, StoredRecord> }>();
  const records = (scope: string) => scopes.get(scope)?.records;
  return {
    async readIndex(scope, after = '', before) {
      let known = scopes.get(scope);
      if (!known) {
        known = { epoch: newEpoch(), records: new Map() };
        scopes.set(scope, known);
      }
      const { epoch } = known;
      const isMeant = (id: string) => id > after && (before === undefined || id < before);
      const all = [...known.records.values()].filter(({ id }) => isMeant(id));
      all.sort((a, b) => (a.id < b.id ? -1 : 1));
      return { epoch, records: all.map(({ body: _, ...record }) => record) };
    },
    async readBodies(scope, ids) {
      return ids.map((id) => records(scope)?.get(id));
    },
    async write(scope, epoch, written) {
      const known = scopes.get(scope);
      if (known?.epoch !== epoch) {
        return false;
      }
      for (const record of written) {
        known.records.set(record.id, { body: known.records.get(record.id)?.body, ...record });
      }
      return true;
    },
    async delete(scope, ids) {
      for (const id of ids) {
        records(scope)?.delete(id);
      }
    },
    async clear(scope) {
      scopes.delete(scope);
    },
  };
}
