/** A member of one `LinkedList`, which carries its own links: no object more for each member. */
export interface Linked<T> {
  previous: T | undefined;
  next: T | undefined;
}

/** An order of which the oldest member, and any member, can be taken out in constant time. */
export class LinkedList<T extends Linked<T>> {
  #first: T | undefined;
  #last: T | undefined;
  #length = 0;

  get first(): T | undefined {
    return this.#first;
  }

  get length(): number {
    return this.#length;
  }

  append(member: T): void {
    member.previous = this.#last;
    if (this.#last) this.#last.next = member;
    else this.#first = member;
    this.#last = member;
    this.#length++;
  }

  /** @param member one that is in the list */
  remove(member: T): void {
    if (member.previous) member.previous.next = member.next;
    else this.#first = member.next;
    if (member.next) member.next.previous = member.previous;
    else this.#last = member.previous;
    member.previous = undefined;
    member.next = undefined;
    this.#length--;
  }
}
