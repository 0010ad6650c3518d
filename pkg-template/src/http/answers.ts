import { SEPARATOR } from '../tags';
import type { AnsweredWith } from './validators';

/** What the answers of one fetch have said, until its data is taken. */
export class Answers {
  readonly requests: AnsweredWith[] = [];
  /** Joined. */
  tags = '';

  constructor(
    /** Whether what they bring is added to data that stays. */
    readonly adds: boolean,
  ) {}

  addTags(joined: string | undefined): void {
    this.tags = uniteTags(this.tags, joined ?? '');
  }
}

/** The tags of both, joined. */
export function uniteTags(a: string, b: string): string {
  return a && b ? [...new Set([...a.split(SEPARATOR), ...b.split(SEPARATOR)])].join(SEPARATOR) : a || b;
}
