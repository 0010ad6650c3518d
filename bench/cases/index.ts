import type { Case } from '../case';
import { bursts } from './burst';
import { cold } from './cold';
import { decoding } from './decode';
import { focusing } from './focus';
import { hydrating } from './hydrate';
import { invalidation } from './invalidate';
import { lists } from './list';
import { live } from './live';
import { memory } from './memory';
import { mounting } from './mount';
import { mutating } from './mutate';
import { observe } from './observe';
import { paging } from './pages';
import { patterns } from './pattern';
import { persisting } from './persist';
import { inReact } from './react';
import { reads } from './read';
import { writes } from './write';

/** All cases, in the order of the table. */
export const cases: Case[] = [
  ...reads,
  ...writes,
  ...observe,
  ...mounting,
  ...invalidation,
  ...bursts,
  ...focusing,
  ...mutating,
  ...paging,
  ...patterns,
  ...lists,
  ...hydrating,
  ...decoding,
  ...inReact,
  ...live,
  ...persisting,
  ...memory,
  ...cold,
];
