/** One line of a scenario: an operation by name and its arguments. Plain data; `code(step)` prints it. */
export class Step {
  constructor(
    readonly op: string,
    readonly args: readonly unknown[],
  ) {}
}
