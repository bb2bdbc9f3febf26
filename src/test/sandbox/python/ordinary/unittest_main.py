#: about: a test run with unittest.main, and doctest
#: exit: 1
#: stdout: TestResults(failed=0, attempted=1)
#: stderr: Ran 2 tests
#: stderr: FAILED (failures=1)
import doctest, unittest
def double(n):
    """
    >>> double(2)
    4
    """
    return 2 * n
class T(unittest.TestCase):
    def test_good(self):
        self.assertEqual(double(1), 2)
    def test_bad(self):
        self.assertEqual(double(1), 3)
if __name__ == "__main__":
    print(doctest.testmod())
    unittest.main()
