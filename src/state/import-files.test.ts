import { describe, expect, it } from 'vitest';
import { cleanPaths, namesNetworkFile, readAddress, sortFiles, type DroppedFile } from './import-files';

const file = (path: string, type = ''): DroppedFile => ({ path, file: new File(['x'], path.split('/').at(-1) ?? path, { type }) });
const sort = (...files: readonly DroppedFile[]) => {
  const { pictures, arrays, network, labels } = sortFiles(files);
  return { pictures: pictures.map(({ name }) => name), arrays: arrays.map(({ path }) => path), network: network.map(({ path }) => path), labels: labels?.name ?? null };
};

describe('dropped files', () => {
  it('go where they belong, also mixed', () => {
    expect(sort(file('a.png'), file('b', 'image/jpeg'), file('x.npy'), file('model.json'), file('group1-shard1of2'), file('labels.txt'))).toEqual({
      pictures: ['a.png', 'b'], arrays: ['x.npy'], network: ['model.json', 'group1-shard1of2', 'labels.txt'], labels: null,
    });
  });
  it('that are of no known kind are tried as a network, unless they lie beside pictures', () => {
    expect(sort(file('strange.xyz')).network).toEqual(['strange.xyz']);
    expect(sort(file('strange.xyz'), file('a.png')).network).toEqual([]);
    expect(sort(file('README.txt'), file('a.png'))).toMatchObject({ network: [], pictures: ['a.png'] });
  });
  it('leave out what file managers add', () => {
    expect(sort(file('.DS_Store'), file('__MACOSX/._net.onnx'), file('net.onnx'), file('.git/config'), file('Thumbs.db')).network).toEqual(['net.onnx']);
  });
  it('can be a list of labels alone', () => {
    expect(sort(file('labels.txt')).labels).toBe('labels.txt');
    expect(sort(file('class_names.json')).labels).toBe('class_names.json');
    expect(sort(file('model.json')).labels).toBeNull();
    expect(sort(file('labels.txt'), file('net.onnx')).labels).toBeNull();
  });
  it('keep their folder, and no path leads out of it', () => {
    expect(cleanPaths([file('net/model.json'), file('/../net/./weights/a.bin')]).map(({ path }) => path)).toEqual(['net/model.json', 'net/weights/a.bin']);
  });
});

describe('addresses', () => {
  it.each([
    ['https://a.example/model.json', 'https://a.example/model.json'], ['  a.example/net.onnx ', 'https://a.example/net.onnx'], ['localhost:8080/x.h5', 'https://localhost:8080/x.h5'],
    ['http://a.example', 'http://a.example/'], ['ftp://a.example/x', null], ['javascript:alert(1)', null], ['file:///etc/passwd', null], ['two words', null], ['', null],
  ])('%s', (text, address) => { expect(readAddress(text)).toBe(address); });
  it('tell whether they are a network’s', () => {
    expect(namesNetworkFile('https://a.example/net.onnx?raw=1')).toBe(true);
    expect(namesNetworkFile('https://a.example/onnx.html')).toBe(false);
  });
});
