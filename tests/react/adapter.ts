import * as judged from '@tanstack/react-query';
// @ts-expect-error the same module once more, on our core (two-cores.ts)
import * as copy from '@tanstack/react-query?core=ferroquery';

/** The official React adapter. */
export type Adapter = typeof judged;

export const onQueryCore: Adapter = judged;
export const onOurs: Adapter = copy;
