/**
 * The few lines of Protocol Buffers that writing an ONNX file needs: varints, 32-bit floats and length-delimited fields.
 * A library would bring a schema compiler and a run-time for six message types.
 */
const WIRE_VARINT = 0;
const WIRE_BYTES = 2;
const WIRE_FIXED32 = 5;

/** Collects chunks and joins them once, so that a file of 100 MB of weights is copied once. */
export class ProtobufWriter {
  private readonly chunks: Uint8Array[] = [];
  private length = 0;

  /** A non-negative or negative 64-bit integer field (two's complement, as protobuf's int64). */
  int(field: number, value: number): this {
    return this.push(varint(field * 8 + WIRE_VARINT), varint(value));
  }

  float(field: number, value: number): this {
    return this.push(varint(field * 8 + WIRE_FIXED32), new Uint8Array(new Float32Array([value]).buffer));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.push(varint(field * 8 + WIRE_BYTES), varint(value.length), value);
  }

  string(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: ProtobufWriter): this {
    this.push(varint(field * 8 + WIRE_BYTES), varint(value.length));
    for (const chunk of value.chunks) this.push(chunk);
    return this;
  }

  finish(): Uint8Array {
    const whole = new Uint8Array(this.length);
    let offset = 0;
    for (const chunk of this.chunks) {
      whole.set(chunk, offset);
      offset += chunk.length;
    }
    return whole;
  }

  private push(...chunks: Uint8Array[]): this {
    for (const chunk of chunks) {
      this.chunks.push(chunk);
      this.length += chunk.length;
    }
    return this;
  }
}

function varint(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
