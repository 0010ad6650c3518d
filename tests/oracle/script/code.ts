import { Marker } from './markers.js';
import { Step } from './step.js';

/** Prints a value of a scenario as the TypeScript that makes it. */
export function code(value: unknown): string {
  if (value instanceof Step) return `${value.op}(${list(value.args)})`;
  if (value instanceof Marker) return `${value.marker}(${list(value.args)})`;
  if (value instanceof Date) return `new Date(${+value})`;
  if (typeof value === 'string')
    return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
  if (Array.isArray(value)) return `[${value.map(code).join(', ')}]`;
  const fields = Object.entries(value).map(
    ([key, field]) => `${/^[A-Za-z_]\w*$/.test(key) ? key : code(key)}: ${code(field)}`,
  );
  return fields.length ? `{ ${fields.join(', ')} }` : '{}';
}

function list(args: readonly unknown[]): string {
  let length = args.length;
  while (length > 0 && args[length - 1] === undefined) length--;
  return args.slice(0, length).map(code).join(', ');
}
