import type { ExplanationTarget } from '../contract/session-spec';

/** What is explained, in words. @param topIndex  the class behind `top`, once it is known */
export function describeTarget(target: ExplanationTarget, topIndex: number | null, classes: readonly string[]): string {
  const nameOf = (index: number): string => classes[index] ?? `class ${index}`;
  switch (target.kind) {
    case 'top': return topIndex === null ? 'the top answer' : nameOf(topIndex);
    case 'class': return nameOf(target.index);
    case 'difference': return `${nameOf(target.index)} rather than ${nameOf(target.against)}`;
    case 'unit': return `channel ${target.channel} of ${target.layer}${target.y === undefined || target.x === undefined ? '' : ` at row ${target.y}, column ${target.x}`}`;
  }
}
