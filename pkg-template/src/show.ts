/** A value as an error message shows it, whatever it is: short, and without throwing. */
export function show(value: unknown): string {
  let text: string | undefined;
  try {
    text = typeof value === 'bigint' ? `${value}n` : JSON.stringify(value);
  } catch {
    // A cycle, or a getter that throws: its kind must do.
  }
  if (text === undefined || typeof value === 'number') {
    text = typeof value === 'object' ? Object.prototype.toString.call(value) : String(value);
  }
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
