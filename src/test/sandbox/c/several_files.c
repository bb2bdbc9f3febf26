//: about: several files and the mathematical library
//: file: lib/area.h = double area(double);\n
//: file: lib/area.c = #include "area.h"\n#include <math.h>\ndouble area(double r) { return M_PI * pow(r, 2); }\n
//: stdout-is: 12.57\n
#include <stdio.h>
#include "lib/area.h"
int main(void) {
    printf("%.2f\n", area(2));
}
