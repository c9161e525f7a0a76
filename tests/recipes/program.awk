# The program of a page of docs/guide: its C++ blocks, one after the other. Errors of the compiler name the page.
/^```cpp$/ { inside = 1; printf "#line %d \"%s\"\n", NR + 1, FILENAME; next }
/^```/ { inside = 0 }
inside
