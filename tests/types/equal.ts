/** `true` if two types are the same, not merely assignable to each other. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only if both type arguments are the same. */
export function same<A, B>(..._proof: Equal<A, B> extends true ? [] : [difference: { expected: B; got: A }]): void {}
