import type { LiveConnection, LiveStatus } from './extras.js';

/**
 * The status of a live connection in a React component, which renders again when it changes.
 * @example
 * ```tsx
 * const { state, since } = useLive(connection)
 * ```
 */
export declare function useLive(connection: LiveConnection): LiveStatus;
