/**
 * Indices of the k largest scores, largest first; of equal scores the lower index comes first. O(n log k): a heap of the
 * best so far with the worst of them on top.
 */
export function topK(scores: Float64Array, k: number): Uint32Array {
  const heap = new Uint32Array(k);
  const isWorse = (a: number, b: number): boolean => scores[a] < scores[b] || (scores[a] === scores[b] && a > b);
  for (let i = 0; i < k; i++) {
    heap[i] = i;
    siftUp(heap, i, isWorse);
  }
  for (let i = k; i < scores.length; i++) {
    if (!isWorse(heap[0], i)) continue;
    heap[0] = i;
    siftDown(heap, k, isWorse);
  }
  return heap.sort((a, b) => (isWorse(a, b) ? 1 : -1));
}

type Order = (a: number, b: number) => boolean;

function siftUp(heap: Uint32Array, start: number, isWorse: Order): void {
  for (let i = start; i > 0;) {
    const parent = (i - 1) >> 1;
    if (!isWorse(heap[i], heap[parent])) return;
    swap(heap, i, parent);
    i = parent;
  }
}

function siftDown(heap: Uint32Array, size: number, isWorse: Order): void {
  for (let i = 0; ;) {
    const left = 2 * i + 1;
    if (left >= size) return;
    const right = left + 1;
    const child = right < size && isWorse(heap[right], heap[left]) ? right : left;
    if (!isWorse(heap[child], heap[i])) return;
    swap(heap, i, child);
    i = child;
  }
}

function swap(heap: Uint32Array, a: number, b: number): void {
  const moved = heap[a];
  heap[a] = heap[b]!;
  heap[b] = moved;
}
