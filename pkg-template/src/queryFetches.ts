import type { FetchTask } from './fetchTask';

/** The fetches of one query, of which only the last one counts. */
export class QueryFetches {
  /** The one that began last, or has ended. */
  #last: FetchTask | undefined;
  /** Those before it that go on beside it. */
  #strays: FetchTask[] = [];
  /** The one that is being announced; a listener may ask for another one meanwhile. */
  #announced: FetchTask | undefined;

  get last(): FetchTask | undefined {
    return this.#last;
  }

  /** The last one, unless it has its answer. */
  get unsettled(): FetchTask | undefined {
    return this.#last && !this.#last.settled ? this.#last : undefined;
  }

  announce(task: FetchTask): void {
    task.announcedBefore = this.#announced;
    this.#announced = task;
  }

  /** The announced one becomes the query's. */
  begin(): void {
    if (this.unsettled) {
      this.#strays.push(this.#last!);
    }
    this.#last = this.#announced!;
    this.#announced = this.#last.announcedBefore;
  }

  /** The one of this generation, told by its low 16 bits. */
  of(generation: number): FetchTask {
    const isMeant = (task: FetchTask) => (task.generation & 0xffff) === generation;
    return isMeant(this.#last!) ? this.#last! : this.#strays.find(isMeant)!;
  }

  /** A fetch is over; whether it is the last one. */
  end(task: FetchTask): boolean {
    if (this.#strays.length > 0) {
      this.#strays = this.#strays.filter((stray) => stray !== task);
    }
    return task === this.#last;
  }

  /** All that are under way, those that are announced first; none of them goes on beside the last one any more. */
  leave(): FetchTask[] {
    const underWay = this.#strays.splice(0);
    if (this.#last && !this.#last.ended) {
      underWay.push(this.#last);
    }
    for (let task = this.#announced; task; task = task.announcedBefore) {
      underWay.unshift(task);
    }
    return underWay;
  }

  /** What was announced will never begin. */
  forgetAnnounced(): void {
    this.#announced = undefined;
  }

  /** Lets go of one that has ended: it would keep its answer. */
  forgetEnded(): void {
    if (this.#last?.ended) {
      this.#last = undefined;
    }
  }
}
