/** Whether a value is an array without holes and without properties of its own. */
export function isPlainArray(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length === Object.keys(value).length;
}

/** Whether a value is an object that no class has made. It is its prototype that tells: data may have a member `constructor`. */
export function isPlainObject(value: any): value is Record<PropertyKey, unknown> {
  if (Object.prototype.toString.call(value) !== '[object Object]') {
    return false;
  }
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || prototype.constructor === undefined;
}
