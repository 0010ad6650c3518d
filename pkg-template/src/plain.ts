/** Whether a value is an array without holes and without properties of its own. */
export function isPlainArray(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length === Object.keys(value).length;
}

/** Whether a value is an object that `{}` or `Object.create(null)` could have made. */
export function isPlainObject(value: any): value is Record<PropertyKey, unknown> {
  if (Object.prototype.toString.call(value) !== '[object Object]') {
    return false;
  }
  const made = value.constructor;
  if (made === undefined) {
    return true;
  }
  const prototype = made.prototype;
  return (
    Object.prototype.toString.call(prototype) === '[object Object]' &&
    Object.hasOwn(prototype, 'isPrototypeOf') &&
    Object.getPrototypeOf(value) === Object.prototype
  );
}
