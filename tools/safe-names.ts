/**
 * File names made of layers' names: nothing in them can leave the folder, and no two are the same, also where the file
 * system does not tell capitals from small letters.
 *
 * @returns  layer → `activations/<name>.npy`
 */
export function nameActivationFiles(layers: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  return new Map(layers.map((layer) => {
    const plain = layer.replace(/[^\w-]+/g, '_').slice(0, 100) || '_';
    let name = plain;
    for (let count = 2; taken.has(name.toLowerCase()); count += 1) name = `${plain}-${count}`;
    taken.add(name.toLowerCase());
    return [layer, `activations/${name}.npy`];
  }));
}
