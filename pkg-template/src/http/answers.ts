import { uniteTags } from '../tags';
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
