import type { MutationCacheConfig, MutationCacheNotifyEvent } from '@tanstack/query-core';
import { Subscribable } from './subscribable';

/** The cache of mutations. Nothing in this version makes one: `MutationObserver` says so. */
export class MutationCache extends Subscribable<(event: MutationCacheNotifyEvent) => void> {
  config: MutationCacheConfig;

  constructor(config: MutationCacheConfig = {}) {
    super();
    this.config = config;
  }

  getAll(): never[] {
    return [];
  }

  find(_filters: object): undefined {
    return undefined;
  }

  findAll(_filters: object = {}): never[] {
    return [];
  }

  clear(): void {}

  resumePausedMutations(): Promise<unknown> {
    return Promise.resolve();
  }
}
