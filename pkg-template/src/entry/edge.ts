// Edge workers compile no wasm from bytes; they take it as a module, compiled when the worker is uploaded.
import engine from '#engine';
import { setEngineSource } from '../bridge/instance';

setEngineSource(() => engine);

export * from '../exports';
