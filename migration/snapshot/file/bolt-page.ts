import { unsigned64 } from "./unsigned64.ts";

/** A page of a bbolt database, or several that are one: bbolt's internal/common/page.go. All numbers are little-endian. */
export interface PageHeader {
  readonly id: number;
  readonly kind: "branch" | "leaf";
  /** How many elements it has. */
  readonly count: number;
  /** How many pages behind it belong to it. */
  readonly overflow: number;
}

/** Of a branch: the first key below a page, and that page. Of a leaf: a key and its value, which may be a bucket. */
export interface PageElement {
  /** Offsets in the page; the ends are exclusive, and the value begins where the key ends. */
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueEnd: number;
  readonly isBucket: boolean;
  /** A branch's. */
  readonly child: number;
}

/** The page is not one that bbolt writes. */
export class PageDamage extends Error {
  override readonly name = "PageDamage";
}

export const pageHeaderBytes = 16;
const elementBytes = 16;
const branchFlag = 0x01;
const leafFlag = 0x02;
const bucketFlag = 0x01;

/** Raises PageDamage. */
export function decodeHeader(page: Buffer): PageHeader {
  const flags = page.readUInt16LE(8);
  if (flags !== branchFlag && flags !== leafFlag) {
    throw new PageDamage(`is neither a branch nor a leaf of the tree (flags 0x${flags.toString(16)})`);
  }
  return {
    id: unsigned64(page, 0),
    kind: flags === branchFlag ? "branch" : "leaf",
    count: page.readUInt16LE(10),
    overflow: page.readUInt32LE(12),
  };
}

/**
 * bbolt writes keys and values one behind the other, the first right behind the list of elements: an element that says anything else
 * is damaged. Raises PageDamage.
 */
export function decodeElements(page: Buffer, { kind, count }: PageHeader): PageElement[] {
  const elements: PageElement[] = [];
  let expected = pageHeaderBytes + count * elementBytes;
  if (expected > page.length) throw new PageDamage(`has no room for its ${count} elements`);
  for (let index = 0; index < count; index += 1) {
    const offset = pageHeaderBytes + index * elementBytes;
    const element = kind === "leaf" ? decodeLeafElement(page, offset) : decodeBranchElement(page, offset);
    const { keyStart, keyEnd, valueEnd } = element;
    if (keyStart !== expected || keyEnd === keyStart || valueEnd > page.length) {
      throw new PageDamage(`has an element ${index} that lies elsewhere than it can`);
    }
    elements.push(element);
    expected = valueEnd;
  }
  return elements;
}

function decodeLeafElement(page: Buffer, offset: number): PageElement {
  const flags = page.readUInt32LE(offset);
  if (flags > bucketFlag) throw new PageDamage(`has an element of an unknown kind (flags 0x${flags.toString(16)})`);
  const keyStart = offset + page.readUInt32LE(offset + 4);
  const keyEnd = keyStart + page.readUInt32LE(offset + 8);
  return {
    keyStart,
    keyEnd,
    valueEnd: keyEnd + page.readUInt32LE(offset + 12),
    isBucket: flags === bucketFlag,
    child: 0,
  };
}

function decodeBranchElement(page: Buffer, offset: number): PageElement {
  const keyStart = offset + page.readUInt32LE(offset);
  const keyEnd = keyStart + page.readUInt32LE(offset + 4);
  return { keyStart, keyEnd, valueEnd: keyEnd, isBucket: false, child: unsigned64(page, offset + 8) };
}
