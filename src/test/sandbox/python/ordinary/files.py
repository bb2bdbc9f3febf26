#: about: files, folders, temporary files and a database
#: stdout-is: one\ntwo\n2 True\n[(1, 'x')]\n
import os, sqlite3, tempfile
with open("data.txt", "w") as f:
    f.write("one\ntwo\n")
print(open("data.txt").read(), end="")
os.makedirs("a/b")
with tempfile.NamedTemporaryFile(dir="a/b") as t:
    print(len(os.listdir(".")) - 1, os.path.exists(t.name))
db = sqlite3.connect("x.db")
db.execute("create table t(a, b)")
db.execute("insert into t values (1, 'x')")
print(db.execute("select * from t").fetchall())
