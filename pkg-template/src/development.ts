declare const process: { env: { NODE_ENV?: string } };

/** Whether hints for developers are wanted. Bundlers replace `process.env.NODE_ENV`; where nobody does, they are off. */
export const isDevelopment: boolean = (() => {
  try {
    return process.env.NODE_ENV !== 'production';
  } catch {
    return false;
  }
})();
