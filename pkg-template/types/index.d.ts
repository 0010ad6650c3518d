export * from './extras.js';
export * from './query-core/index.js';
