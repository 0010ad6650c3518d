import wasm from '#wasm';
import { decodeBase64 } from '../base64';
import { setEngineSource } from '../bridge/instance';

setEngineSource(() => decodeBase64(wasm));

export * from '../exports';
