"""Mine (doc comment -> code) pairs from permissively licensed source on this machine. One jsonl line per pair."""
import os,re,sys,json,hashlib,glob,sysconfig,tomllib,multiprocessing as mp
sys.path.insert(0,'work/src')
PERM=re.compile(r'\b(MIT|Expat|X11|Apache|BSD|ISC|Zlib|Unlicense|CC0|PSF|Python Software Foundation|0BSD|HPND|Boost|BSL-1\.0|Unicode)',re.I); COPY=re.compile(r'\b(A?GPL|LGPL|MPL|CDDL|EPL|EUPL|SSPL|BUSL|proprietary)',re.I)
def ok_lic(s): 
    # an "OR" expression is fine when one side is permissive; otherwise any copyleft word excludes it
    return bool(s) and bool(PERM.search(s)) and (not COPY.search(s) or ' OR ' in s.upper())
EXCL=re.compile(r'^(helix|tonic|qdrant|lsp-types|tower-lsp|zoekt|atuin|meilisearch)',re.I)
T='work/train/'
def sources():
    # crates
    for d in sorted(glob.glob(os.path.expanduser('~/.cargo/registry/src/*/*'))):
        n=os.path.basename(d)
        if EXCL.search(n): continue
        try: lic=tomllib.load(open(d+'/Cargo.toml','rb')).get('package',{}).get('license','')
        except Exception: continue
        if ok_lic(lic.replace('/',' OR ')): yield 'crate:'+n,lic,d,('.rs',)
    # python
    for dist in sorted(glob.glob(T+'py/*.dist-info')):
        try: md=open(dist+'/METADATA',errors='ignore').read(20000)
        except OSError: continue
        lic=' ; '.join(re.findall(r'^(?:License-Expression|License|Classifier: License ::).*$',md,re.M))[:400]
        lic2=lic.split('\n')[0]
        if not ok_lic(lic) and not glob.glob(dist+'/**/LICENSE*',recursive=True): continue
        if COPY.search(lic) and ' OR ' not in lic.upper(): continue
        tops=set()
        for l in open(dist+'/RECORD',errors='ignore'):
            p=l.split(',')[0]
            if p.endswith('.py'): tops.add(p)
        yield 'pypi:'+os.path.basename(dist)[:-10],lic2[:60],(T+'py/',sorted(tops)),('.py',)
    yield 'cpython-3.11-stdlib','PSF-2.0',sysconfig.get_path('stdlib'),('.py',)
    # npm
    for pj in sorted(glob.glob(T+'npm/node_modules/*/package.json')+glob.glob(T+'npm/node_modules/@*/*/package.json')):
        try: j=json.load(open(pj)); lic=j.get('license','')
        except Exception: continue
        if isinstance(lic,dict): lic=lic.get('type','')
        if ok_lic(str(lic)): yield 'npm:'+j.get('name','?')+'@'+str(j.get('version','')),str(lic),os.path.dirname(pj),('.ts','.tsx','.js','.mjs','.cjs')
    # debian go sources: one .deb at a time, licence of the first paragraph of its copyright file
    import subprocess
    for deb in sorted(glob.glob(T+'deb/*.deb')):
        n=os.path.basename(deb).split('_')[0]; cp=T+'deb/out/usr/share/doc/'+n+'/copyright'
        t=open(cp,errors='ignore').read() if os.path.exists(cp) else ''
        ls=[x.strip() for x in re.findall(r'^License:[ \t]*(\S.*)$',t,re.M)]
        if not ls or not ok_lic(ls[0]): print('skip',n,ls[:2]); continue
        fs=[x.split(None,5)[5].lstrip('./') for x in subprocess.run(['dpkg-deb','-c',deb],capture_output=True,text=True).stdout.splitlines() if x.endswith('.go')]
        fs=[x for x in fs if not re.search(r'_test\.go$|/testdata/|\.pb\.go$|zz_generated|/vendor/|/test/',x)]
        yield 'deb:'+n,ls[0],(T+'deb/out/',fs),('.go',)
LANG={'.rs':'rs','.py':'py','.ts':'ts','.tsx':'tsx','.js':'js','.mjs':'js','.cjs':'js','.go':'go'}
def files(root,exts):
    if isinstance(root,tuple):
        for p in root[1]: yield os.path.join(root[0],p)
        return
    for dp,dn,fn in os.walk(root):
        dn[:]=[d for d in dn if d not in('node_modules','tests','test','testdata','__tests__','site-packages','fixtures','min','umd','.git','_vendor','lib2to3','idlelib','examples','benches')]
        for f in fn:
            if os.path.splitext(f)[1] in exts and not re.search(r'\.min\.|_test\.go$|\.test\.|\.spec\.|bundle|\.pb\.go$|zz_generated',f): yield os.path.join(dp,f)
def work(job):
    from extract import extract, first_par
    name,lic,root,exts,fl=job; out=[];seen=set()
    for p in fl:
        try:
            if os.path.getsize(p)>300000: continue
            b=open(p,'rb').read()
            if max(map(len,b.split(b'\n')),default=0)>2000: continue
            lang=LANG[os.path.splitext(p)[1]]
            for f in extract(lang,b,max_code=3000):
                d=first_par(f['doc'],400); w=len(d.split())
                if w<3 or w>80 or len(f['code'])<40 or f['code'].count('\n')<1: continue
                if re.search(r'Copyright|eslint|@ts-|DEPRECATED|nolint|noqa|Licensed under|^\W*$',d): continue
                if sum(c.isascii() for c in d)<.97*len(d): continue
                if f['name']: d=re.sub(r'^'+re.escape(f['name'])+r'\b\s*(is|are)?\s*','',d)
                h=hashlib.md5(re.sub(r'\s+','',f['code']).encode()).hexdigest()
                if h in seen: continue
                seen.add(h); out.append(dict(src=name,lang=lang,doc=d,code=f['code'],name=f['name'],h=h))
        except Exception as e: pass
    return name,lic,out
if __name__=='__main__':
    jobs=[]
    for name,lic,root,exts in sources():
        fl=list(files(root,exts))
        for i in range(0,len(fl),400): jobs.append((name,lic,None,exts,fl[i:i+400]))
    print('jobs',len(jobs)); seen=set(); n=0; stat={}; lics={}
    with open(T+'pairs.jsonl','w') as f, mp.Pool(2) as pool:
        for name,lic,out in pool.imap_unordered(work,jobs):
            lics[name]=lic
            for o in out:
                if o['h'] in seen: continue
                seen.add(o['h']); f.write(json.dumps(o)+'\n'); n+=1; stat[o['lang']]=stat.get(o['lang'],0)+1
    json.dump(lics,open(T+'licences.json','w'),indent=0); print(n,stat)
