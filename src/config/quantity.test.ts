import { describe, expect, it } from 'vitest';
import { baseUrlProblem, hostText, isHost, isLoopback, parseAddress, proxyProblem } from './address.ts';
import { ageMs, durationMs, sizeBytes, sizeText } from './quantity.ts';

describe('durationMs', () => {
  it.each([
    [90, 90_000],
    ['90', 90_000],
    ['90s', 90_000],
    ['5m', 300_000],
    ['100ms', 100],
    ['1h', 3_600_000],
    ['1.5s', 1_500],
    [0.25, 250],
    ['0', 0],
    ['1d', undefined],
    ['5 m', undefined],
    ['-1', undefined],
    ['', undefined],
    ['s', undefined],
    [1e21, undefined],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
  ])('%s → %s', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });
});

describe('ageMs', () => {
  it.each([
    ['90d', 90 * 86_400_000],
    ['12h', 43_200_000],
    ['1.5d', 129_600_000],
    ['8w', 8 * 604_800_000],
    ['90', undefined],
    [90, undefined],
    ['90s', undefined],
    ['90 d', undefined],
    ['-1d', undefined],
    ['d', undefined],
    ['', undefined],
  ])('%s → %s', (text, ms) => {
    expect(ageMs(text)).toBe(ms);
  });
});

describe('sizeBytes', () => {
  it.each([
    [4096, 4096],
    ['4096', 4096],
    ['64MB', 64_000_000],
    ['64mb', 64_000_000],
    ['10MiB', 10_485_760],
    ['10 MiB', 10_485_760],
    ['1.5KB', 1_500],
    ['2K', 2_000],
    ['2Ki', 2_048],
    ['1GB', 1_000_000_000],
    ['1GiB', 1_073_741_824],
    ['7B', 7],
    ['MB', undefined],
    ['1TB', undefined],
    ['-1', undefined],
    ['', undefined],
  ])('%s → %s', (text, bytes) => {
    expect(sizeBytes(text)).toBe(bytes);
  });
});

describe('addresses', () => {
  it.each([
    ['127.0.0.1:7860', { host: '127.0.0.1', port: 7860 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['[::1]:1', { host: '::1', port: 1 }],
    ['a.example:65535', { host: 'a.example', port: 65_535 }],
    ['a.example:65536', undefined],
    ['::1:80', undefined],
    ['[a]:80', undefined],
    ['999.1.1.1:80', undefined],
    [':80', undefined],
    ['80', undefined],
    ['a b:80', undefined],
  ])('%s', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
    if (address !== undefined) expect(hostText(address)).toBe(text);
  });

  it.each([
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['localhost', true],
    ['LOCALHOST', true],
    ['::1', true],
    ['0.0.0.0', false],
    ['::', false],
    ['127.example.com', false],
    ['localhost.example.com', false],
    ['10.0.0.1', false],
  ])('%s is loopback: %s', (host, loopback) => {
    expect(isHost(host)).toBe(true);
    expect(isLoopback(host)).toBe(loopback);
  });
});

describe('URLs', () => {
  it.each([
    'https://api.anthropic.com',
    'http://127.0.0.1:8000/v1',
    'https://relay.example/prefix/v1/',
    'http://[::1]:80',
    'HTTPS://A.EXAMPLE',
  ])('%s can be a base URL', (url) => {
    expect(baseUrlProblem(url)).toBeUndefined();
  });

  it.each([
    '',
    'x',
    'https:x',
    'file:///x',
    'https://',
    'https://a b',
    'https://a:99999',
    'https://u@a',
    'https://a#b',
  ])('"%s" cannot', (url) => {
    expect(baseUrlProblem(url)).toMatch(/^expected an http:\/\/ or https:\/\/ URL with a host, found/);
  });

  it.each([
    ['http://proxy:3128', true],
    ['https://u:p@proxy', true],
    ['socks5://127.0.0.1:1080', true],
    ['socks5h://proxy', true],
    ['socks4://proxy', false],
    ['proxy:3128', false],
    ['socks5://', false],
    ['', false],
  ])('"%s" can be a proxy: %s', (url, fine) => {
    expect(proxyProblem(url) === undefined).toBe(fine);
  });
});

describe('sizeText', () => {
  it.each([
    [1_000, '1000 bytes'],
    [1_024, '1KiB'],
    [1_536, '1536 bytes'],
    [16 * 2 ** 20, '16MiB'],
    [2 ** 40, '1024GiB'],
  ])('%i: %s', (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
  });
});
