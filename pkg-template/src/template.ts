type Param = string | number | boolean;
export type Params = Readonly<Record<string, Param>>;
type Piece = string | { readonly param: string };

/** A text with `{param}` placeholders, read once. */
export class Template {
  readonly params: ReadonlySet<string>;
  readonly #pieces: readonly Piece[];

  /** `where` names the template in errors. Throws a TypeError for an unclosed or empty placeholder. */
  constructor(
    readonly source: string,
    where: string,
  ) {
    const pieces: Piece[] = [];
    let rest = source;
    for (;;) {
      const open = rest.indexOf('{');
      const literal = open < 0 ? rest : rest.slice(0, open);
      if (literal.includes('}')) {
        throw new TypeError(`${where} ${quote(source)} has a } without a {.`);
      }
      if (literal) {
        pieces.push(literal);
      }
      if (open < 0) {
        break;
      }
      const close = rest.indexOf('}', open);
      if (close < 0) {
        throw new TypeError(`${where} ${quote(source)} has a { that isn't closed: write {name}.`);
      }
      const param = rest.slice(open + 1, close);
      if (!/^[\w.-]+$/.test(param)) {
        throw new TypeError(
          `${where} ${quote(source)} has the placeholder {${param}}: a name of letters, digits, _, . or - is needed.`,
        );
      }
      pieces.push({ param });
      rest = rest.slice(close + 1);
    }
    this.#pieces = pieces;
    this.params = new Set(pieces.flatMap((piece) => (typeof piece === 'string' ? [] : [piece.param])));
  }

  /** The text; `text` says how a value is written, where it is missing too. */
  fill(params: Params, text: (value: Param | undefined) => string): string {
    return this.#pieces.map((piece) => (typeof piece === 'string' ? piece : text(params[piece.param]))).join('');
  }

  /** The value itself where the template is one placeholder, else the text. */
  value(params: Params): Param {
    const [first] = this.#pieces;
    if (this.#pieces.length === 1 && typeof first === 'object') {
      return params[first.param]!;
    }
    return this.fill(params, String);
  }

  /** The text with its placeholders as they are, each literal rewritten. */
  glob(params: Params, literal: (text: string) => string): string {
    return this.#pieces
      .map((piece) => {
        if (typeof piece === 'string') {
          return literal(piece);
        }
        const value = Object.hasOwn(params, piece.param) ? params[piece.param] : undefined;
        return value === undefined ? '*' : literal(String(value));
      })
      .join('');
  }
}

export function quote(text: string): string {
  return JSON.stringify(text);
}
