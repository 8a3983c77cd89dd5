// The executable: all the rest comes out of the library.
int firmware(void);

int main(void) {
    return firmware();
}
