import { describe, expect, it } from 'vitest';
import { readKeptAnswer } from '../../pkg-template/src/http/keptAnswer.js';

const request = {
  url: '/rows',
  selecting: [['accept', 'application/json']],
  etag: '"v1"',
  lastModified: null,
  isCors: false,
  headers: { cacheControl: '', expires: '', vary: '', cacheTag: '' },
};

describe('what HTTP said of a copy', () => {
  it('is taken as it was kept', () => {
    const kept = { freshFor: -5, tags: ['a', 'b'], requests: [request, { ...request, page: 2 }] };
    expect(readKeptAnswer(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
  });

  it.each([
    ['nothing', null, undefined],
    ['a text', 'x', undefined],
    ['a time that is none', { freshFor: '5', tags: ['a'] }, { tags: ['a'] }],
    ['an endless time', { freshFor: Number.POSITIVE_INFINITY }, {}],
    ['tags that are none', { tags: ['a', 7, null, 'b\u001fc'] }, { tags: ['a'] }],
    ['a validator that no header can hold', { requests: [{ ...request, etag: '"a"\nx: y' }] }, {}],
    ['an empty validator', { requests: [{ ...request, lastModified: '' }] }, {}],
    ['a request without headers', { requests: [{ ...request, headers: undefined }] }, {}],
    ['a page that is no number', { requests: [{ ...request, page: '1' }] }, {}],
    ['no list', { requests: { 0: request } }, {}],
  ])('is left out where it is damaged: %s', (_, given, expected) => {
    expect(readKeptAnswer(given)).toEqual(expected);
  });
});
