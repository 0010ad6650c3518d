import wasm from '#wasm';
import { setEngineSource } from '../bridge/instance';
import { decodeEngineText } from '../engineText';

setEngineSource(() => decodeEngineText(wasm));

export * from '../exports';
